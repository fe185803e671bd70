package dev.orrery.bus;

/**
 * The master that was asked leads no more, and what was asked may or may not have been done: to be
 * asked again of the next leader, since nothing has an effect twice.
 */
public final class LeadLostException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The lead was lost for this reason. */
    public LeadLostException(String cause) {
        super("this master leads no more: " + cause);
    }
}
