package dev.orrery.house;

import static java.util.Map.entry;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a pure room must not touch, since it would make a run differ from its replay. */
final class Purity {
    private static final List<String> IMPURE_PACKAGES =
            List.of(
                    "java.io",
                    "java.net",
                    "java.nio.channels",
                    "java.nio.file",
                    "java.security",
                    "java.util.concurrent",
                    "java.util.logging",
                    "org.slf4j");

    private static final Set<String> IMPURE_CLASSES =
            Set.of(
                    "java.lang.Process",
                    "java.lang.ProcessBuilder",
                    "java.lang.Runtime",
                    "java.lang.ScopedValue",
                    "java.lang.Thread",
                    "java.lang.ThreadLocal",
                    "java.time.Clock",
                    "java.time.InstantSource",
                    "java.util.HashMap",
                    "java.util.HashSet",
                    "java.util.Hashtable",
                    "java.util.IdentityHashMap",
                    "java.util.Random",
                    "java.util.SplittableRandom",
                    "java.util.Timer",
                    "java.util.WeakHashMap");

    private static final Set<String> PURE_CLASSES =
            Set.of("java.io.Serializable", "java.util.concurrent.TimeUnit");

    private static final Map<String, Set<String>> IMPURE_METHODS =
            Map.ofEntries(
                    entry(
                            "java.lang.System",
                            Set.of(
                                    "currentTimeMillis",
                                    "nanoTime",
                                    "identityHashCode",
                                    "getenv",
                                    "getProperty")),
                    entry("java.lang.Math", Set.of("random")),
                    entry("java.util.UUID", Set.of("randomUUID")),
                    entry("java.util.Locale", Set.of("getDefault")),
                    entry("java.time.ZoneId", Set.of("systemDefault")),
                    entry("java.util.Set", Set.of("of", "copyOf")),
                    entry("java.util.Map", Set.of("of", "ofEntries", "copyOf")),
                    entry(
                            "java.util.stream.Collectors",
                            Set.of("toSet", "toUnmodifiableSet", "toUnmodifiableMap")));

    /** The collectors that make a hash map unless their last parameter makes another map. */
    private static final Map<String, Integer> PARAMETERS_WITH_A_MAP =
            Map.of("toMap", 4, "groupingBy", 3);

    static final DescribedPredicate<JavaClass> IMPURE_CLASS =
            DescribedPredicate.describe("touch the outside world or have no order", Purity::impure);

    static final DescribedPredicate<JavaMethodCall> IMPURE_CALL =
            DescribedPredicate.describe(
                    "the answer differs from run to run", call -> impure(call.getTarget()));

    private Purity() {}

    private static boolean impure(JavaClass used) {
        if (PURE_CLASSES.contains(used.getName())) {
            return false;
        }
        return IMPURE_CLASSES.contains(used.getName())
                || IMPURE_PACKAGES.stream()
                        .anyMatch(name -> (used.getPackageName() + ".").startsWith(name + "."));
    }

    private static boolean impure(MethodCallTarget target) {
        String owner = target.getOwner().getName();
        String method = target.getName();
        int parameters = target.getRawParameterTypes().size();
        if (owner.startsWith("java.time.") && method.equals("now")) {
            return true;
        }
        if (method.equals("parallelStream") || (method.equals("parallel") && parameters == 0)) {
            return true;
        }
        if (owner.equals("java.util.stream.Collectors")
                && parameters < PARAMETERS_WITH_A_MAP.getOrDefault(method, 0)) {
            return true;
        }
        boolean emptyCollection = method.equals("of") && parameters == 0;
        return !emptyCollection && IMPURE_METHODS.getOrDefault(owner, Set.of()).contains(method);
    }
}
