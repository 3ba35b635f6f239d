"""Every code that the region's files have: those of rates.py first, so that what is drawn by place stays as it was."""

from examples.synthetic.rates import FIRST_ATC, FIRST_DDD_TENTHS, SERVICES
from examples.synthetic.rates_besides import MORE_DDD_TENTHS, MORE_MEDICINES, MORE_SERVICES

DDD_TENTHS = FIRST_DDD_TENTHS | MORE_DDD_TENTHS
ATC = (*FIRST_ATC, *(stream.name for stream in MORE_MEDICINES))
FIRST_SERVICES = tuple(stream.name for stream in SERVICES)
SERVICE_CODES = (*FIRST_SERVICES, *(stream.name for stream in MORE_SERVICES))
