from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='BinaryContent',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.FileField(upload_to='')),
            ],
        ),
        migrations.CreateModel(
            name='MessageSet',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('short_name', models.CharField(max_length=20, unique=True)),
                ('notes', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence_number', models.IntegerField()),
                ('lang', models.CharField(max_length=6)),
                ('text_content', models.TextField(blank=True)),
                ('binary_content', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='content.binarycontent')),
                ('messageset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='content.messageset')),
            ],
            options={
                'unique_together': {('messageset', 'sequence_number', 'lang')},
            },
        ),
    ]
