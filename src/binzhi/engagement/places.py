"""To which row a sealed value belongs: copied into another one it does not open."""


def address_place(message_id: int) -> str:
    return f"engagement_message.address:{message_id}"


def content_place(message_id: int) -> str:
    return f"engagement_message.content:{message_id}"


def password_place(messaging_id: int) -> str:
    return f"engagement_messaging.smtp_password:{messaging_id}"


def key_place(messaging_id: int) -> str:
    return f"engagement_messaging.sms_key:{messaging_id}"
