"""What Shopify is asked: GraphQL, with the parts that an app may be denied taken out.

What belongs here: the text of the query. It holds what a parcel or a letter needs and nothing else, for every object
of it costs points.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

_ALWAYS: Final = """
      id name updatedAt cancelledAt test tags requiresShipping displayFinancialStatus
      currentTotalPriceSet { shopMoney { amount currencyCode } }
      fulfillments(first: 20) {
        status displayStatus createdAt
        trackingInfo(first: 20) { number company url }
      }"""

# What an app may be denied, by its name in the query: the rest is asked for without it. Of what a parcel holds a letter
# names a few things, and every one more costs two points in each of twenty fulfillments of every order.
PARTS: Final = {
    "email": "email",
    "phone": "phone",
    "customerLocale": "customerLocale",
    "shippingAddress": "shippingAddress { firstName lastName zip countryCodeV2 phone }",
    "fulfillmentOrders": "fulfillmentOrders(first: 10) { nodes { status fulfillBy deliveryMethod { methodType } } }",
    "fulfillmentLineItems": (
        "fulfillments(first: 20) { fulfillmentLineItems(first: 3) { nodes { lineItem { title } } } }"
    ),
}

_QUERY: Final = """query Orders($q: String!, $n: Int!, $after: String) {
  orders(first: $n, after: $after, sortKey: UPDATED_AT, query: $q) {
    nodes {%s
    }
    pageInfo { hasNextPage endCursor }
  }
}"""


def orders(denied: Collection[str] = ()) -> str:
    """Orders by what `$q` searches, those that changed first before the others; `denied`: names in PARTS."""
    parts = [text for name, text in PARTS.items() if name not in denied]
    return _QUERY % "\n      ".join([_ALWAYS, *parts])
