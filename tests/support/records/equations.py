"""Linear equations over fractions, for tests that try to compute what is withheld."""

from fractions import Fraction


class Equations:
    """Rows in echelon form: what follows from them by linear algebra."""

    def __init__(self) -> None:
        self.rows: dict[int, list[Fraction]] = {}

    def rest(self, row: list[Fraction]) -> list[Fraction]:
        for pivot, known in self.rows.items():
            if row[pivot]:
                factor = row[pivot]
                row = [one - factor * other for one, other in zip(row, known, strict=True)]
        return row

    def add(self, row: list[Fraction]) -> None:
        row = self.rest(row)
        pivot = next((number for number, one in enumerate(row) if one), None)
        if pivot is not None:
            row = [one / row[pivot] for one in row]
            for other, known in self.rows.items():
                if known[pivot]:
                    factor = known[pivot]
                    self.rows[other] = [a - factor * b for a, b in zip(known, row, strict=True)]
            self.rows[pivot] = row

    def tell(self, row: list[Fraction]) -> bool:
        return not any(self.rest(row))
