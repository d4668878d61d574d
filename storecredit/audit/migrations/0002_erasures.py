"""What a person is called can be erased from a row, and that it was is told."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_activities'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table_name', models.CharField(max_length=64)),
                ('row_id', models.CharField(max_length=64)),
                ('row_name', models.CharField(max_length=64)),
                ('customer_id', models.BigIntegerField()),
                ('digest_sealed', models.CharField(blank=True, max_length=64)),
                ('digest_left', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('table_name', 'row_id'), name='audit_erasure_once')],
            },
        ),
    ]
