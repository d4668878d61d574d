import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


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
    ]
