"""The night audit's pack of reports (报表): written with the audit, read ever after."""
