package dev.orrery.store;

/** The list that other tests use does what a list must. */
final class MemoryCopiesTest extends CopiesContractTest {

    @Override
    protected Copies copies() {
        return new MemoryCopies();
    }

    @Override
    protected void need(int count) {}
}
