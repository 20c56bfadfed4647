import collections, atexit
from tests.property import test_reservation_machine as m
C=collections.Counter()
import inspect
orig=m.Hotel.outcome
def oc(self, call):
    N["steps"]+=1
    r=orig(self,call)
    C[(inspect.stack()[1].function if inspect.stack()[1].function!='desk' else inspect.stack()[2].function, r[0])]+=1
    return r
m.Hotel.outcome=oc
import pytest
@pytest.mark.django_db
def test_cov():
    m.run(examples=30,steps=20)
    for k,v in sorted(C.items()): print(k,v)
    print(N)
N=collections.Counter()
oi=m.Hotel.__init__
def init(self):
    N['examples']+=1; oi(self)
m.Hotel.__init__=init
oa=m.Hotel.audit_rows_are_the_changes
import hypothesis
