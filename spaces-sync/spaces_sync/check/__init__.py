"""How far a service, its spaces and what they list meet XEP-0503: reads alone, rule by rule.

`gathering` asks the services and gives frozen `evidence`; `examining` holds it against each of
`rules`, and gives `values`: findings.
"""
