"""Addresses of tasks, runs and protocols."""

from __future__ import annotations

from django.urls import path

from binzhi.promises.web import board, compliance, evidence, mine, protocols, rehearsal, runs, tasks

app_name = "promises"
urlpatterns = [
    path("h/<slug:hotel>/my-tasks", mine.mine, name="mine"),
    path("h/<slug:hotel>/my-tasks/seen", mine.seen, name="seen"),
    path("h/<slug:hotel>/tasks", board.board, name="board"),
    path("h/<slug:hotel>/tasks/log", board.write, name="write_log"),
    path("h/<slug:hotel>/tasks/<int:task_id>", tasks.task_screen, name="task"),
    path("h/<slug:hotel>/tasks/<int:task_id>/acknowledge", tasks.acknowledge, name="acknowledge"),
    path("h/<slug:hotel>/tasks/<int:task_id>/sign", tasks.sign, name="sign"),
    path("h/<slug:hotel>/tasks/<int:task_id>/done", tasks.complete, name="complete"),
    path("h/<slug:hotel>/tasks/<int:task_id>/countersign", tasks.countersign, name="countersign"),
    path("h/<slug:hotel>/tasks/<int:task_id>/waive", tasks.waive, name="waive"),
    path("h/<slug:hotel>/tasks/<int:task_id>/reopen", tasks.reopen, name="reopen"),
    path("h/<slug:hotel>/tasks/<int:task_id>/assign", tasks.assign, name="assign"),
    path("h/<slug:hotel>/runs", runs.runs_screen, name="runs"),
    path("h/<slug:hotel>/runs/<int:run_id>", runs.run_screen, name="run"),
    path("h/<slug:hotel>/runs/<int:run_id>/moments", runs.moments_panel, name="moments"),
    path("h/<slug:hotel>/runs/<int:run_id>/give-out", runs.give_out, name="give_out"),
    path("h/<slug:hotel>/runs/<int:run_id>/cancel", runs.cancel, name="cancel_run"),
    path("h/<slug:hotel>/protocols", protocols.protocol_list, name="protocols"),
    path("h/<slug:hotel>/protocols/check", protocols.check, name="check_protocol"),
    path("h/<slug:hotel>/protocols/<slug:code>", protocols.editor, name="protocol"),
    path("h/<slug:hotel>/protocols/<slug:code>/export", protocols.export, name="export_protocol"),
    path("h/<slug:hotel>/protocols/<slug:code>/switch", protocols.switch, name="switch_protocol"),
    path("h/<slug:hotel>/protocols/<slug:code>/rehearsal", rehearsal.rehearsal, name="rehearsal"),
    path("h/<slug:hotel>/compliance", compliance.compliance_screen, name="compliance"),
    path("h/<slug:hotel>/photos", evidence.add_photo, name="add_photo"),
    path("h/<slug:hotel>/photos/<int:photo_id>", evidence.photo, name="photo"),
]
