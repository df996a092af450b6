"""Tables of exports that belong to no week: organizations, accounts, the audit log."""

from collections.abc import Callable, Iterator

from flask_babel import gettext as _
from sqlalchemy import select

from models import clock
from models.accounts.audit_entries import every_entry
from models.accounts.scope import account_in_reach
from models.audit.tables import AuditEntry
from models.campaigns.tables import line_terms
from models.exports.tables import ExportKind
from models.organizations.tables import Account, Organization
from models.publishing.organizations.merges import organizations_in_reach, uses_of
from web.desk.accounts.words import role_name
from web.desk.exports.rows import Table, batches, row_count
from web.words.terms import region_label, t


def _organizations(account: Account) -> Table:
    query = select(Organization).where(organizations_in_reach(account), Organization.merged_into_id.is_(None))
    heads = [
        _("Organization no."), _("Organization"), _("Region code"), _("Region"), _("Sector"), _("Publishes by itself"),
        _("Sees its sector only"), _("Events"), _("Accounts"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        lines = line_terms()
        for batch in batches(query, Organization.id):
            uses = uses_of({one.id for one in batch})
            for one in batch:
                yield [
                    one.id,
                    one.name,
                    one.region_code,
                    region_label(one.region_code),
                    t(lines[one.line]) if one.line in lines else "",
                    _("Yes") if one.publishes else _("No"),
                    _("Yes") if one.line_limited else _("No"),
                    uses[one.id].events,
                    uses[one.id].accounts,
                ]

    return Table(heads, row_count(query.with_only_columns(Organization.id)), rows())


def _accounts(account: Account) -> Table:
    query = select(Account).where(account_in_reach(account))
    heads = [
        _("Account no."),
        _("E-mail address"),
        _("Role"),
        _("Organization"),
        _("Region"),
        _("Created"),
        _("Closed"),
    ]

    def rows() -> Iterator[list[object]]:
        for batch in batches(query, Account.id):
            for one in batch:
                yield [
                    one.id,
                    one.email,
                    role_name(one.role),
                    one.organization.name,
                    region_label(one.organization.region_code),
                    clock.instant_text(one.created_at),
                    clock.instant_text(one.closed_at) if one.closed_at else "",
                ]

    return Table(heads, row_count(query.with_only_columns(Account.id)), rows())


def _audit(account: Account) -> Table:
    query = every_entry(account)
    heads = [
        _("No."), _("Time"), _("Act"), _("By"), _("Subject"), _("Subject no."), _("Network address"), _("Details"), _("Hash"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for batch in batches(query, AuditEntry.id):
            for one in batch:
                by = one.account.email if one.account else ""
                at = clock.instant_text(one.at)
                yield [
                    one.id,
                    at,
                    one.verb,
                    by,
                    one.subject,
                    one.subject_id,
                    one.network,
                    one.detail,
                    one.hash,
                ]

    return Table(heads, row_count(query.with_only_columns(AuditEntry.id)), rows())


OF_NO_WEEK: dict[ExportKind, Callable[[Account], Table]] = {
    ExportKind.ORGANIZATIONS: _organizations,
    ExportKind.ACCOUNTS: _accounts,
    ExportKind.AUDIT: _audit,
}
