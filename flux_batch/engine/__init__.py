"""Motion without meaning: pool, slots, retry, clock, events. Knows no HTTP, no disk and no grid."""
