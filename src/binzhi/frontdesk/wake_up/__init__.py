"""叫醒: wake-up calls, made on time, tried again, and somebody sent when nobody answers."""
