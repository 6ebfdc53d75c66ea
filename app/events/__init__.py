"""An event: days, slots, zones, tables, rooms, sessions, staff, and who may meet whom."""
