package dev.orrery.scheduling.share;

import dev.orrery.model.Namespace;

/**
 * A namespace's place among those that wait, the smallest first.
 *
 * @param share dominant part of the cluster that it holds, divided by its weight
 * @param pass what it was given so far, divided by its weight: decides between equal shares
 */
record Place(double share, double pass, Namespace namespace) implements Comparable<Place> {

    @Override
    public int compareTo(Place other) {
        int byShare = Double.compare(share, other.share);
        if (byShare != 0) {
            return byShare;
        }
        int byPass = Double.compare(pass, other.pass);
        return byPass != 0 ? byPass : namespace.compareTo(other.namespace);
    }
}
