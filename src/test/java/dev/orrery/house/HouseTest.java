package dev.orrery.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The plan of the house: which room may use which, read from the compiled classes. */
final class HouseTest {
    private static final JavaClasses HOUSE = importHouse();

    @ParameterizedTest
    @EnumSource(Room.class)
    void room_usesOnlyTheRoomsOfItsLine(Room room) {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(room.packages())
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(room.forbiddenPackages())
                        .because("DESIGN.md, \"The house\" lists the rooms that each may use"));
    }

    @Test
    void rooms_formNoCycle() {
        check(slices().matching(Room.HOUSE + ".(*)..").should().beFreeOfCycles());
    }

    @Test
    void everyClass_livesInARoom() {
        check(
                classes()
                        .that()
                        .resideOutsideOfPackage(Room.HOUSE)
                        .should()
                        .resideInAnyPackage(Room.allPackages())
                        .because("a new room needs a line in DESIGN.md and in Room"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Room.class,
            names = {"MODEL", "SCHEDULING", "DATAFLOW", "EXCHANGE"})
    void innerRoom_usesNoLibrary(Room room) {
        check(
                classes()
                        .that()
                        .resideInAPackage(room.packages())
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage("java..", "org.jspecify..", Room.HOUSE + "..")
                        .because("the inner rooms stand on the JDK alone"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Room.class,
            names = {"SCHEDULING", "DATAFLOW", "EXCHANGE"})
    void pureRoom_replaysFromItsInputsAlone(Room room) {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(room.packages())
                        .should()
                        .dependOnClassesThat(Purity.IMPURE_CLASS)
                        .orShould()
                        .callMethodWhere(Purity.IMPURE_CALL)
                        .because(
                                "time, randomness and ids come in as arguments, and every"
                                        + " collection iterates in the same order in each JVM"));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(HOUSE);
    }

    private static JavaClasses importHouse() {
        String tests =
                HouseTest.class.getProtectionDomain().getCodeSource().getLocation().toString();
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(location -> !location.asURI().toString().startsWith(tests))
                .importPackages(Room.HOUSE);
    }
}
