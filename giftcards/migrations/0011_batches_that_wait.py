"""A batch that is worth more than one person gives waits for another. Those that were planned before do not."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('giftcards', '0010_what_people_did'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='cardbatch',
            name='waits',
            field=models.BooleanField(default=False, editable=False, verbose_name='waits for approval'),
        ),
        migrations.AddField(
            model_name='cardbatch',
            name='planned_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cardbatch',
            name='approved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cardbatch',
            name='approved_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='cardbatch',
            constraint=models.CheckConstraint(condition=models.Q(('waits', False), ('made', 0), _connector='OR'), name='giftcards_cardbatch_made_once_approved'),
        ),
        migrations.AddConstraint(
            model_name='cardbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('planned_by__isnull', False), ('waits', False), models.Q(('approved_by', models.F('planned_by')), _negated=True)), _connector='OR'), name='giftcards_cardbatch_approved_by_another'),
        ),
    ]
