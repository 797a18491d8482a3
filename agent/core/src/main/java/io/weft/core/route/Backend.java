package io.weft.core.route;

import io.weft.core.balance.Cluster;

/** Where a share of a rule's requests goes. */
public record Backend(Cluster cluster, int weight) {}
