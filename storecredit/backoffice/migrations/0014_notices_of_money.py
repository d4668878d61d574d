import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0013_customers_of_people'),
        ('credits', '0013_money_approvals'),
        ('finance', '0006_corrections_of_months'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='backoffice_notice_of_one_thing',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='backoffice_notice_of_finance',
        ),
        migrations.AddField(
            model_name='notice',
            name='customer_request',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='credits.customerrequest'),
        ),
        migrations.AddField(
            model_name='notice',
            name='rate',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='finance.breakagerate'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('WAITS', 'A request waits for them'), ('DECIDED', 'What they asked for is decided'), ('MENTIONED', 'A comment calls them'), ('CHANGE', 'A change of access waits for them'), ('CHANGED', 'The change of access that they asked for is decided'), ('CLOSING', 'A month waits for them'), ('CORRECT', 'A correction waits for them'), ('RATE', 'A breakage rate waits for them'), ('CUSTOMER', 'Something about a customer waits for them')], max_length=9),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('change__isnull', True), ('event__isnull', True), ('kind', 'MENTIONED'), ('mention__isnull', False)), models.Q(('change__isnull', True), ('event__isnull', False), ('kind__in', ['WAITS', 'DECIDED']), ('mention__isnull', True)), models.Q(('change__isnull', False), ('event__isnull', True), ('kind__in', ['CHANGE', 'CHANGED']), ('mention__isnull', True)), models.Q(('change__isnull', True), ('event__isnull', True), ('kind__in', ['CLOSING', 'CORRECT', 'RATE', 'CUSTOMER']), ('mention__isnull', True)), _connector='OR'), name='backoffice_notice_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closing__isnull', False), ('correction__isnull', True), ('customer_request__isnull', True), ('kind', 'CLOSING'), ('rate__isnull', True)), models.Q(('closing__isnull', True), ('correction__isnull', False), ('customer_request__isnull', True), ('kind', 'CORRECT'), ('rate__isnull', True)), models.Q(('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('kind', 'RATE'), ('rate__isnull', False)), models.Q(('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', False), ('kind', 'CUSTOMER'), ('rate__isnull', True)), models.Q(models.Q(('kind__in', ['CLOSING', 'CORRECT', 'RATE', 'CUSTOMER']), _negated=True), ('closing__isnull', True), ('correction__isnull', True), ('customer_request__isnull', True), ('rate__isnull', True)), _connector='OR'), name='backoffice_notice_of_finance'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('rate', 'person'), name='backoffice_notice_once_of_rate'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('customer_request', 'person'), name='backoffice_notice_once_about'),
        ),
    ]
