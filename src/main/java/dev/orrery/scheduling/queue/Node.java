package dev.orrery.scheduling.queue;

/** A part of the tree; never empty but as its root. */
sealed interface Node permits Leaf, Branch {

    /** How many ranges are below. */
    long count();

    /** How many parts it has, itself. */
    int width();

    /** The leaf with the smallest of them. */
    Leaf lowest();

    /** Takes a range in; false when one that begins there is there already. */
    boolean add(Spot spot);

    /** Takes the range that begins there out; false when it is not there. */
    boolean remove(Spot spot);

    /** How many go before this place. */
    long before(Spot spot);

    /** Whether it has to be split before anything is added. */
    boolean isFull();

    /** Gives away the upper part of a full one. */
    Node split();

    /** Takes in what stands right of it, of the same kind, if both together are small. */
    boolean join(Node right);
}
