"""The process that holds the SIP stack. Only this package imports it: one runtime a process."""
