"""Taking a second factor away and reading a new key of a program wait for a second administrator."""

from django.conf import settings
from django.db import migrations, models


def refuse_going_back(apps, schema_editor):
    """What was asked of factors and keys is told for ever, and the tables of before know no such kind."""
    if apps.get_model('backoffice', 'AccessChange').objects.filter(kind__in=['FACTORS', 'KEY']).exists():
        raise RuntimeError('Factors or keys were asked for: the tables of before have no room for them.')


class Migration(migrations.Migration):

    dependencies = [
        ('backoffice', '0018_notices_of_batches_and_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='accesschange',
            name='backoffice_accesschange_kind_known',
        ),
        migrations.AlterField(
            model_name='accesschange',
            name='kind',
            field=models.CharField(choices=[('PERSON', 'What a person may do'), ('ROLE', 'What a role may do'), ('APPROVER_LIMIT', 'Approver limit'), ('ISSUE_LIMIT', 'Issue limit'), ('ISSUE_CEILING', 'Issue ceiling'), ('POLICY', 'Approval policy'), ('CLIENT', 'What an API client may do'), ('CUSTOMER', 'Which customer a person is'), ('FACTORS', 'A person’s second factor, taken away'), ('KEY', 'Who reads a new key of an API client')], max_length=14, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='accesschange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['PERSON', 'ROLE', 'APPROVER_LIMIT', 'ISSUE_LIMIT', 'ISSUE_CEILING', 'POLICY', 'CLIENT', 'CUSTOMER', 'FACTORS', 'KEY'])), name='backoffice_accesschange_kind_known'),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_going_back),
    ]
