"""What is certain about breaks before any search: by prices of slots, and by windows and pigeon-holes."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.benchmark_prices import PriceBound, price_bound
from scheduler.benchmark_windows import Windows, find_windows
from scheduler.instance import Instance


@dataclass(frozen=True)
class Bounds:
    """Both bounds with what they rest on; the model makes use of that as well."""

    prices: PriceBound
    windows: Windows

    @property
    def breaks(self) -> int:
        """No schedule has fewer."""
        return max(self.prices.breaks, self.windows.breaks)


def bounds_of(inst: Instance, target: int) -> Bounds:
    """Both bounds; better prices are not sought once ``target`` breaks are proven."""
    windows = find_windows(inst)
    return Bounds(price_bound(inst, 0 if windows.breaks >= target else target), windows)
