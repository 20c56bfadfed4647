"""Evidence as a form sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common
from binzhi.promises.access import Permission
from binzhi.promises.enums import Evidence
from binzhi.promises.errors import TooLarge
from binzhi.promises.photos import MOST_MEGABYTES, MOST_MEGAPIXELS, keep_photo, photo_bytes
from binzhi.promises.protocols.language import TaskSpec
from binzhi.promises.requests import ProofInput

DAY = 24 * 3600
MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Handed:
    """What was filled in, to be shown again when it was refused."""

    items: frozenset[str] = frozenset()
    signed: bool = False
    text: str = ""
    number: str = ""
    photos: tuple[int, ...] = ()
    files: tuple[UploadedFile[bytes], ...] = field(default=())


def given(request: StaffRequest, spec: TaskSpec) -> Handed:
    return Handed(
        items=frozenset(item.key for item in spec.checklist if request.POST.get(f"item-{item.key}")),
        signed=bool(request.POST.get(Evidence.SIGNATURE.value)),
        text=request.POST.get(Evidence.TEXT.value, ""),
        number=request.POST.get(Evidence.NUMBER.value, "").strip(),
        photos=tuple(_ids(request.POST.getlist(Evidence.PHOTO.value))),
        files=tuple(request.FILES.getlist("picture")),
    )


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in dict.fromkeys(texts) if text.isdecimal() and int(text) <= MOST_ID]


def proofs_of(request: StaffRequest, spec: TaskSpec, handed: Handed) -> list[ProofInput]:
    """For the operation; pictures sent along are kept first. Raises InvalidInput at the field."""
    kinds = {one.kind for one in spec.evidence}
    found = [ProofInput(Evidence.TICK, item=item.key) for item in spec.checklist if item.key in handed.items]
    if Evidence.TICK in kinds:
        found.append(ProofInput(Evidence.TICK))
    if Evidence.SIGNATURE in kinds and handed.signed:
        found.append(ProofInput(Evidence.SIGNATURE))
    if handed.text.strip():
        found.append(ProofInput(Evidence.TEXT, text=handed.text))
    if handed.number:
        found.append(ProofInput(Evidence.NUMBER, number=_number(handed.number)))
    photos = [*handed.photos, *(_kept(request, file) for file in handed.files)]
    return found + [ProofInput(Evidence.PHOTO, photo_id=photo) for photo in photos]


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise InvalidInput(field=Evidence.NUMBER.value, message=_("A number is expected here.")) from error


def _kept(request: StaffRequest, file: UploadedFile[bytes]) -> int:
    if (file.size or 0) > MOST_MEGABYTES * 2**20:
        raise TooLarge(megabytes=MOST_MEGABYTES, megapixels=MOST_MEGAPIXELS)
    return keep_photo(data=file.read(), **common(request))


# ---------------------------------------------------------------- pictures


@require_POST
@screen(Permission.WORK)
def add_photo(request: StaffRequest) -> HttpResponse:
    """A picture as it is taken, before the task is done: its id and its address."""
    file = request.FILES.get("picture")
    try:
        if file is None:
            raise InvalidInput(field="photo", message=_("This picture is not here."))
        photo_id = _kept(request, file)
    except DomainError as refusal:
        return JsonResponse({"message": refusal.text}, status=refusal.status)
    url = reverse("promises:photo", args=[hotel_of(request).code, photo_id])
    return JsonResponse({"id": photo_id, "url": url}, status=201)


@require_GET
@cache_control(private=True, max_age=DAY, immutable=True)
@screen(Permission.VIEW)
def photo(request: StaffRequest, photo_id: int) -> HttpResponse:
    data = photo_bytes(hotel_id=hotel_of(request).pk, photo_id=photo_id)
    return HttpResponse(data, content_type="image/jpeg", headers={"Content-Disposition": "inline"})
