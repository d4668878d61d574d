import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_ASIDE = "finance_correction_set_aside"


def set_expiries_aside(apps, schema_editor):
    """Of corrections of an expiry the release before knows nothing: to it they are adjustments that were taken back."""
    if not apps.get_model("finance", "Correction").objects.using(schema_editor.connection.alias).filter(kind="EXPIRY").exists():
        return
    _let_change(schema_editor)
    schema_editor.execute(
        f"CREATE TABLE {_ASIDE} AS SELECT id, lot_id, expires_at, status FROM finance_correction WHERE kind = 'EXPIRY'"
    )
    schema_editor.execute(
        "UPDATE finance_correction SET kind = 'ADJUST', amount_minor = 1, lot_id = NULL, expires_at = NULL, "
        "status = CASE WHEN status = 'REJECTED' THEN status ELSE 'CANCELED' END, "
        "decided_by_id = COALESCE(decided_by_id, asked_by_id), decided_at = COALESCE(decided_at, asked_at) "
        "WHERE kind = 'EXPIRY'"
    )
    _check_now(schema_editor)


def take_expiries_back(apps, schema_editor):
    """What was set aside is again what it was."""
    if _ASIDE not in schema_editor.connection.introspection.table_names():
        return
    _let_change(schema_editor)
    said = {name: f"(SELECT s.{name} FROM {_ASIDE} s WHERE s.id = finance_correction.id)" for name in ("lot_id", "expires_at", "status")}
    was_pending = f"{said['status']} = 'PENDING'"
    schema_editor.execute(
        f"UPDATE finance_correction SET kind = 'EXPIRY', amount_minor = 0, lot_id = {said['lot_id']}, "
        f"expires_at = {said['expires_at']}, status = {said['status']}, "
        f"decided_by_id = CASE WHEN {was_pending} THEN NULL ELSE decided_by_id END, "
        f"decided_at = CASE WHEN {was_pending} THEN NULL ELSE decided_at END WHERE id IN (SELECT id FROM {_ASIDE})"
    )
    _check_now(schema_editor)
    schema_editor.execute(f"DROP TABLE {_ASIDE}")


def _let_change(schema_editor):
    """The trigger by which they are frozen is put up again after all migrations."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER IF EXISTS finance_correction_frozen ON finance_correction")
        schema_editor.execute("DROP TRIGGER IF EXISTS finance_correction_posted ON finance_correction")


def _check_now(schema_editor):
    """What is left to be checked at the end would keep the table from being altered."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0009_networks_and_use_of_clients'),
        ('finance', '0005_breakage_and_reasons'),
        ('ledger', '0022_what_people_did'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='correction',
            name='finance_correction_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='correction',
            name='finance_correction_amount_not_zero',
        ),
        migrations.RemoveConstraint(
            model_name='correction',
            name='finance_correction_reversal_names_its_entry',
        ),
        migrations.RemoveConstraint(
            model_name='correction',
            name='finance_correction_tells_its_state',
        ),
        migrations.AddField(
            model_name='correction',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='correction',
            name='lot',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.lot'),
        ),
        migrations.AddField(
            model_name='periodevent',
            name='open_findings',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='correction',
            name='kind',
            field=models.CharField(choices=[('ADJUST', 'Adjustment'), ('REVERSE', 'Reversal'), ('EXPIRY', 'Change of expiry')], max_length=7, verbose_name='type'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ADJUST', 'REVERSE', 'EXPIRY'])), name='finance_correction_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor', 0), ('kind', 'EXPIRY'), ('lot__isnull', False), ('reason__isnull', True)), models.Q(models.Q(('kind', 'EXPIRY'), _negated=True), ('expires_at__isnull', True), ('lot__isnull', True), models.Q(('amount_minor', 0), _negated=True)), _connector='OR'), name='finance_correction_of_amount_or_expiry'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'REVERSE'), _negated=True), ('entry__isnull', False), _connector='OR'), name='finance_correction_reversal_names_its_entry'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'PENDING'), ('transaction__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status', 'PENDING'), ('transaction__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('lot__isnull', True), ('status', 'APPROVED'), ('transaction__isnull', False)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('lot__isnull', False), ('status', 'APPROVED'), ('transaction__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status__in', ['REJECTED', 'CANCELED']), ('transaction__isnull', True)), _connector='OR'), name='finance_correction_tells_its_state'),
        ),
        migrations.AddConstraint(
            model_name='periodevent',
            constraint=models.CheckConstraint(condition=models.Q(('open_findings', 0), models.Q(('note', ''), _negated=True), _connector='OR'), name='finance_periodevent_findings_say_why'),
        ),
        migrations.RunPython(take_expiries_back, set_expiries_aside),
    ]
