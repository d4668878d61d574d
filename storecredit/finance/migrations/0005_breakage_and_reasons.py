from datetime import date

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


#: Number and name of each account that breakage by rate is booked to.
ACCOUNTS = {
    "2390": "Store credit that nobody is expected to spend",
    "4910": "Breakage expected",
}
EXPECTED = "EXPECTED"


def ship_accounts(apps, schema_editor):
    alias = schema_editor.connection.alias
    accounts = apps.get_model("finance", "GeneralLedgerAccount")._base_manager.using(alias)
    for code, name in ACCOUNTS.items():
        accounts.get_or_create(code=code, defaults={"name": name})
    rules = apps.get_model("finance", "GeneralLedgerRule")._base_manager.using(alias)
    rules.create(counter_account=EXPECTED, valid_from=date(1970, 1, 1), debit_id="4910", credit_id="2390")


def take_rules_back(apps, schema_editor):
    alias = schema_editor.connection.alias
    rules = apps.get_model("finance", "GeneralLedgerRule")._base_manager.using(alias)
    rules.filter(counter_account=EXPECTED).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('finance', '0004_periods_and_corrections'),
        ('ledger', '0021_merged_customers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BreakageRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(help_text='In which the credit came in.', verbose_name='year')),
                ('kind', models.CharField(choices=[('STORE_CREDIT', 'Store credit'), ('GIFT_CARD', 'Gift card')], max_length=12, verbose_name='kind')),
                ('funding', models.CharField(choices=[('PAID', 'Paid by the customer'), ('GOODWILL', 'Goodwill'), ('PROMOTION', 'Promotion'), ('REFUND', 'Refund kept as credit'), ('IMPORTED', 'Imported from another system')], max_length=9, verbose_name='funding')),
                ('percent', models.DecimalField(decimal_places=2, help_text='Of what came in.', max_digits=5, verbose_name='percent')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('note', models.CharField(help_text='On what it rests. Stands in the history.', max_length=500, verbose_name='note')),
                ('asked_at', models.DateTimeField(editable=False, verbose_name='asked for')),
                ('status', models.CharField(choices=[('PENDING', 'Pending'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected')], default='PENDING', editable=False, max_length=8, verbose_name='state')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided')),
            ],
            options={
                'verbose_name': 'breakage rate',
                'verbose_name_plural': 'breakage rates',
                'permissions': [('approve_breakagerate', 'Can approve breakage rates')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='generalledgerrule',
            name='finance_generalledgerrule_one_from_a_day',
        ),
        migrations.AddField(
            model_name='generalledgerrule',
            name='reason',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Of entry. Empty: any.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.reason', verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='journalline',
            name='cohort',
            field=models.CharField(blank=True, max_length=4),
        ),
        migrations.AddField(
            model_name='journalline',
            name='reason',
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AlterField(
            model_name='generalledgerrule',
            name='counter_account',
            field=models.CharField(choices=[('CASH', 'Cash'), ('GOODWILL', 'Goodwill'), ('PROMOTION', 'Promotion'), ('RETURNS', 'Returns'), ('SALES', 'Sales'), ('BREAKAGE', 'Breakage'), ('ADJUSTMENTS', 'Adjustments'), ('TRANSFERS', 'Transfers'), ('OPENING', 'Opening balances'), ('EXPECTED', 'Expected breakage')], max_length=11, verbose_name='counter account'),
        ),
        migrations.AddConstraint(
            model_name='generalledgerrule',
            constraint=models.UniqueConstraint(condition=models.Q(('reason__isnull', True)), fields=('counter_account', 'kind', 'funding', 'type', 'valid_from'), name='finance_generalledgerrule_one_from_a_day'),
        ),
        migrations.AddConstraint(
            model_name='generalledgerrule',
            constraint=models.UniqueConstraint(condition=models.Q(('reason__isnull', False)), fields=('reason', 'counter_account', 'kind', 'funding', 'type', 'valid_from'), name='finance_generalledgerrule_one_of_a_reason_from_a_day'),
        ),
        migrations.AddField(
            model_name='breakagerate',
            name='asked_by',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='breakagerate',
            name='decided_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='breakagerate',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lt', 100)), name='finance_breakagerate_is_part_of_all'),
        ),
        migrations.AddConstraint(
            model_name='breakagerate',
            constraint=models.CheckConstraint(condition=models.Q(('year__gte', 1970), ('year__lt', 3000)), name='finance_breakagerate_year_known'),
        ),
        migrations.AddConstraint(
            model_name='breakagerate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'APPROVED'), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='finance_breakagerate_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='breakagerate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('status', 'PENDING')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status__in', ['APPROVED', 'REJECTED'])), _connector='OR'), name='finance_breakagerate_tells_its_state'),
        ),
        migrations.AddConstraint(
            model_name='breakagerate',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'APPROVED')), fields=('year', 'kind', 'funding', 'valid_from'), name='finance_breakagerate_one_from_a_day'),
        ),
        migrations.RunPython(ship_accounts, take_rules_back),
    ]
