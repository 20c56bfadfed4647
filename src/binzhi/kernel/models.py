"""What every context shares: the audit trail, the outbox, idempotency keys."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One change by one operation: who, what, before, after, why. Insert-only; written by `operations.record`."""

    at = models.DateTimeField()
    hotel_id = models.BigIntegerField()
    operation = models.CharField(max_length=80)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    user_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=80, db_default="")
    before = models.JSONField(db_default=models.Value({}, models.JSONField()))
    after = models.JSONField(db_default=models.Value({}, models.JSONField()))
    reason = models.CharField(max_length=500, db_default="")
    # The writing transaction (the migration makes it the default): tells what is final, which an id cannot.
    txid = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "kernel_audit_entry"
        indexes = [
            models.Index(fields=["hotel_id", "subject", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["txid", "id"], name="audit_txid"),
        ]


class AuditSeal(models.Model):
    """A hash over the audit rows of transactions `from_txid` to `to_txid` (not included) and the seal before it."""

    from_txid = models.BigIntegerField()
    to_txid = models.BigIntegerField()
    entries = models.IntegerField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_audit_seal"


class OutboxEvent(models.Model):
    """An event as published, ids only: read in order of (txid, id) below the oldest running transaction."""

    at = models.DateTimeField()
    hotel_id = models.BigIntegerField()
    topic = models.CharField(max_length=80)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    payload = models.JSONField(db_default=models.Value({}, models.JSONField()))
    txid = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "kernel_outbox_event"
        indexes = [models.Index(fields=["txid", "id"], name="outbox_txid")]


class IdempotencyKey(models.Model):
    """A request that was carried out, with its answer; kept at least seven days."""

    pk = models.CompositePrimaryKey("caller", "key")
    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField()
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_idempotency_key"
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]


class Follower(models.Model):
    """How far a reader of the outbox has come: up to (txid, event_id)."""

    name = models.CharField(max_length=60, primary_key=True)
    txid = models.BigIntegerField()
    event_id = models.BigIntegerField()

    class Meta:
        db_table = "kernel_follower"


class Unheeded(models.Model):
    """An event that a reader could not make sense of and passed by; `error` is the kind of exception."""

    follower = models.CharField(max_length=60)
    event_id = models.BigIntegerField()
    hotel_id = models.BigIntegerField()
    topic = models.CharField(max_length=80)
    error = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kernel_unheeded"
        constraints = [models.UniqueConstraint(fields=["follower", "event_id"], name="unheeded_once")]


class PartnerTry(models.Model):
    """Whether an outside partner answered when it was last asked; `trouble` is a code, empty: it did."""

    pk = models.CompositePrimaryKey("hotel_id", "partner")
    hotel_id = models.BigIntegerField()
    partner = models.CharField(max_length=20)
    tried_at = models.DateTimeField()
    trouble = models.CharField(max_length=60, db_default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_partner_try"
