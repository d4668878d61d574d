import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def write_down_the_approvals_of_before(apps, schema_editor):
    """What was approved before each approval was written down: whoever decided it approved it, alone."""
    alias = schema_editor.connection.alias
    approvals = apps.get_model("credits", "MoneyApproval")._base_manager.using(alias)
    corrections = apps.get_model("finance", "Correction")._base_manager.using(alias)
    moves = apps.get_model("credits", "CustomerRequest")._base_manager.using(alias).filter(kind="MOVE")
    decided = [("correction_id", each) for each in corrections.filter(status="APPROVED").iterator()]
    decided += [("customer_request_id", each) for each in moves.filter(status__in=["APPROVED", "UNDONE"]).iterator()]
    model = apps.get_model("credits", "MoneyApproval")
    approvals.bulk_create(
        (
            model(
                **{name: each.pk},
                person_id=each.decided_by_id,
                label=each.decided_label,
                door="admin",
                note=each.decision_note,
                currency=each.currency,
                amount_minor=abs(each.amount_minor),
                created_at=each.decided_at,
            )
            for name, each in decided
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0012_customers_of_logins'),
        ('finance', '0006_corrections_of_months'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MoneyApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=150)),
                ('door', models.CharField(max_length=64)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('correction', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='finance.correction')),
                ('customer_request', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='credits.customerrequest')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['person', 'created_at'], name='credits_moneyapproval_of_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('correction__isnull', False), ('customer_request__isnull', True)), models.Q(('correction__isnull', True), ('customer_request__isnull', False)), _connector='OR'), name='credits_moneyapproval_of_one_thing'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='credits_moneyapproval_amount_positive'), models.UniqueConstraint(fields=('correction', 'person', 'currency'), name='credits_moneyapproval_once_a_correction'), models.UniqueConstraint(fields=('customer_request', 'person', 'currency'), name='credits_moneyapproval_once_a_request')],
            },
        ),
        migrations.RunPython(write_down_the_approvals_of_before, migrations.RunPython.noop),
    ]
