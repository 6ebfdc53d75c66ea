"""An import contract of this house, run by import-linter next to its own ones (pyproject.toml)."""

import grimp
from importlinter import Contract, ContractCheck, fields, output


class FeatureDoors(Contract):
    """A feature is entered through its doors: `doors` names the modules that other features may import.

    `open_features` may be imported in every part; `also_open` names single modules beside the doors.
    """

    root = fields.StringField()
    features = fields.ListField(subfield=fields.StringField())
    open_features = fields.ListField(subfield=fields.StringField())
    doors = fields.ListField(subfield=fields.StringField())
    also_open = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports that go around the doors."""
        around = [
            f"{importer} imports {imported}"
            for importer in sorted(graph.modules)
            if self._feature(importer)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._goes_around(importer, imported)
        ]
        return ContractCheck(kept=not around, metadata={"around": around})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print them."""
        for line in check.metadata["around"]:
            output.print_error(line)
        output.print_error(f"Of another feature only these may be imported: {', '.join(self.doors)}.")

    def _feature(self, module: str) -> str | None:
        parts = module.split(".")
        return parts[1] if parts[0] == self.root and len(parts) > 1 and parts[1] in self.features else None

    def _goes_around(self, importer: str, imported: str) -> bool:
        owner = self._feature(imported)
        if owner in {None, self._feature(importer)} or owner in self.open_features or imported in self.also_open:
            return False
        return imported.split(".")[2:3] not in [[door] for door in self.doors]
