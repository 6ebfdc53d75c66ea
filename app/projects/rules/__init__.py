"""Pure decisions about investment projects: funding, cash flow, business plan, trace. No database, no web."""
