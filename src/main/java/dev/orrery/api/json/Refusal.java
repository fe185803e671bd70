package dev.orrery.api.json;

import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;

/** Carries a problem to the place that answers with it; no bug, so it has no stack trace. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** A refusal that answers with this problem. */
    public Refusal(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** A refusal that concerns no single field. */
    public static Refusal of(ProblemCode code, String detail, String remedy) {
        return new Refusal(Problem.of(code, detail, remedy));
    }

    /** A refusal of one field. */
    public static Refusal ofField(ProblemCode code, String field, String detail, String remedy) {
        return new Refusal(Problem.ofField(code, field, detail, remedy));
    }

    /** The thing is not there, or not the asker's to see: both read the same. */
    public static Refusal notFound(String what) {
        return of(
                ProblemCode.NOT_FOUND,
                "there is no " + what + " that you may see",
                "check the name, and the namespace of your token");
    }

    /** What to answer. */
    public Problem problem() {
        return problem;
    }
}
