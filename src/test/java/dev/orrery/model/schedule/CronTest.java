package dev.orrery.model.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Which moments an expression means, and what is no expression. */
final class CronTest {

    private static final String BERLIN = "Europe/Berlin";
    private static final String NEW_YORK = "America/New_York";
    private static final String LORD_HOWE = "Australia/Lord_Howe";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    * * * * *          | 2027-01-01T00:00:00Z | 2027-01-01T00:01:00Z
                    * * * * *          | 2027-01-01T00:00:59.9Z | 2027-01-01T00:01:00Z
                    */15 * * * *       | 2027-01-01T00:15:00Z | 2027-01-01T00:30:00Z
                    7/20 * * * *       | 2027-01-01T00:47:00Z | 2027-01-01T01:07:00Z
                    5,1-3 * * * *      | 2027-01-01T00:02:00Z | 2027-01-01T00:03:00Z
                    5,1-3 * * * *      | 2027-01-01T00:03:00Z | 2027-01-01T00:05:00Z
                    0 3 * * *          | 2027-12-31T03:00:00Z | 2028-01-01T03:00:00Z
                    0 3 * * MON-FRI    | 2027-01-01T03:00:00Z | 2027-01-04T03:00:00Z
                    0 3 * * 7          | 2027-01-01T00:00:00Z | 2027-01-03T03:00:00Z
                    0 3 * * 5-7        | 2027-01-02T03:00:00Z | 2027-01-03T03:00:00Z
                    0 0 1 jan,Jul *    | 2027-01-01T00:00:00Z | 2027-07-01T00:00:00Z
                    0 0 31 * *         | 2027-01-31T00:00:00Z | 2027-03-31T00:00:00Z
                    0 0 ? * *          | 2027-01-31T00:00:00Z | 2027-02-01T00:00:00Z
                    @hourly            | 2027-01-01T00:00:00Z | 2027-01-01T01:00:00Z
                    @daily             | 2027-01-01T00:00:00Z | 2027-01-02T00:00:00Z
                    @weekly            | 2027-01-01T00:00:00Z | 2027-01-03T00:00:00Z
                    @monthly           | 2027-01-01T00:00:00Z | 2027-02-01T00:00:00Z
                    @Yearly            | 2027-01-01T00:00:00Z | 2028-01-01T00:00:00Z
                    * * * * * *        | 2027-01-01T00:00:00Z | 2027-01-01T00:00:01Z
                    10/25 30 4 * * *   | 2027-01-01T04:30:35Z | 2027-01-02T04:30:10Z
                    """)
    void next_isTheFirstMomentThatFits(String cron, String after, String expected) {
        assertThat(next(cron, "UTC", after)).contains(Instant.parse(expected));
    }

    @Test
    void leapDay_comesInLeapYearsOnly() {
        assertThat(fires("0 12 29 2 *", "UTC", "2027-01-01T00:00:00Z", 2))
                .containsExactly("2028-02-29T12:00Z", "2032-02-29T12:00Z");
        assertThat(next("0 12 29 2 *", "UTC", "2096-02-29T12:00:00Z"))
                .contains(Instant.parse("2104-02-29T12:00:00Z"));
    }

    /** As cron does since Unix version 7: two fields that are both given mean either. */
    @Test
    void daysOfMonthAndWeek_areEitherUnlessOneBeginsWithAStar() {
        assertThat(fires("0 0 13 * FRI", "UTC", "2027-08-01T00:00:00Z", 4))
                .containsExactly(
                        "2027-08-06T00:00Z",
                        "2027-08-13T00:00Z",
                        "2027-08-20T00:00Z",
                        "2027-08-27T00:00Z");
        assertThat(fires("0 0 */13 * FRI", "UTC", "2027-08-01T00:00:00Z", 2))
                .containsExactly("2027-08-27T00:00Z", "2027-10-01T00:00Z");
    }

    @Test
    void timeThatIsLeftOutInSpring_comesAtTheChange() {
        assertThat(fires("30 2 * * *", BERLIN, "2027-03-27T00:00:00+01:00", 3))
                .containsExactly(
                        "2027-03-27T02:30+01:00",
                        "2027-03-28T03:00+02:00",
                        "2027-03-29T02:30+02:00");
        assertThat(fires("30 2 * * *", NEW_YORK, "2027-03-13T12:00:00-05:00", 2))
                .containsExactly("2027-03-14T03:00-04:00", "2027-03-15T02:30-04:00");
        assertThat(fires("15 2 * * *", LORD_HOWE, "2027-10-02T12:00:00+10:30", 2))
                .containsExactly("2027-10-03T02:30+11:00", "2027-10-04T02:15+11:00");
    }

    @Test
    void severalTimesThatAreLeftOut_comeOnce() {
        assertThat(fires("*/20 2,3 * * *", BERLIN, "2027-03-28T00:00:00+01:00", 4))
                .containsExactly(
                        "2027-03-28T03:00+02:00",
                        "2027-03-28T03:20+02:00",
                        "2027-03-28T03:40+02:00",
                        "2027-03-29T02:00+02:00");
    }

    @Test
    void timeThatComesTwiceInAutumn_firesTheFirstTime() {
        assertThat(fires("30 2 * * *", BERLIN, "2027-10-31T00:00:00+02:00", 2))
                .containsExactly("2027-10-31T02:30+02:00", "2027-11-01T02:30+01:00");
        assertThat(fires("30 1 * * *", NEW_YORK, "2027-11-07T00:00:00-04:00", 2))
                .containsExactly("2027-11-07T01:30-04:00", "2027-11-08T01:30-05:00");
        assertThat(fires("45 1 * * *", LORD_HOWE, "2027-04-04T00:00:00+11:00", 2))
                .containsExactly("2027-04-04T01:45+11:00", "2027-04-05T01:45+10:30");
    }

    @Test
    void afterTheFirstOfTwoTimes_theSecondDoesNotFireEither() {
        assertThat(next("30 2 * * *", BERLIN, "2027-10-31T02:15:00+01:00"))
                .contains(Instant.parse("2027-11-01T01:30:00Z"));
    }

    @Test
    void expressionThatLeavesTheHourOpen_goesByElapsedTime() {
        assertThat(fires("0 * * * *", BERLIN, "2027-10-31T01:00:00+02:00", 4))
                .containsExactly(
                        "2027-10-31T02:00+02:00",
                        "2027-10-31T02:00+01:00",
                        "2027-10-31T03:00+01:00",
                        "2027-10-31T04:00+01:00");
        assertThat(fires("30 * * * *", BERLIN, "2027-03-28T01:00:00+01:00", 2))
                .containsExactly("2027-03-28T01:30+01:00", "2027-03-28T03:30+02:00");
        assertThat(fires("*/15 * * * *", LORD_HOWE, "2027-04-04T01:40:00+11:00", 4))
                .containsExactly(
                        "2027-04-04T01:45+11:00",
                        "2027-04-04T01:30+10:30",
                        "2027-04-04T01:45+10:30",
                        "2027-04-04T02:00+10:30");
        assertThat(fires("15 * * * *", LORD_HOWE, "2027-10-03T01:00:00+10:30", 2))
                .containsExactly("2027-10-03T01:15+10:30", "2027-10-03T03:15+11:00");
    }

    @Test
    void everySecond_passesBothChangesWithoutAGapOrARepetition() {
        for (String around : List.of("2027-03-28T00:59:50Z", "2027-10-31T00:59:50Z")) {
            Instant at = Instant.parse(around);
            for (int i = 1; i <= 30; i++) {
                assertThat(Cron.parse("* * * * * *").next(at.plusSeconds(i - 1), ZoneId.of(BERLIN)))
                        .contains(at.plusSeconds(i));
            }
        }
    }

    /** Samoa had no 30 December 2011: its midnight comes at the change, which is the next one's. */
    @Test
    void dayThatAZoneLeavesOut_comesOnceWithTheNext() {
        assertThat(fires("0 0 * * *", "Pacific/Apia", "2011-12-28T12:00:00-10:00", 3))
                .containsExactly(
                        "2011-12-29T00:00-10:00",
                        "2011-12-31T00:00+14:00",
                        "2012-01-01T00:00+14:00");
    }

    /** The plain truth to compare with: every second of a few days, asked one by one. */
    @Test
    void named_agreesWithAskingEverySecondOutsideOfChanges() {
        RandomGenerator random =
                RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(20_261_130L);
        for (int round = 0; round < 40; round++) {
            int minute = random.nextInt(60);
            int hour = random.nextInt(24);
            int weekday = random.nextInt(7);
            Cron cron = Cron.parse(minute + " " + hour + " * * " + weekday);
            Instant after = Instant.ofEpochSecond(1_798_761_600L + random.nextInt(1_000_000));

            Instant found = cron.next(after, ZoneOffset.UTC).orElseThrow();

            Instant at = after.plusSeconds(1);
            while (!isMeant(at.atOffset(ZoneOffset.UTC), minute, hour, weekday)) {
                at = at.plusSeconds(1);
            }
            assertThat(found).as("%s after %s", cron, after).isEqualTo(at);
        }
    }

    private static boolean isMeant(OffsetDateTime at, int minute, int hour, int weekday) {
        return at.getSecond() == 0
                && at.getMinute() == minute
                && at.getHour() == hour
                && at.getDayOfWeek().getValue() % 7 == weekday;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    61 * * * *      | minute must be 0 to 59
                    -1 * * * *      | minute must be 0 to 59
                    99999999999 * * * * | minute must be 0 to 59
                    * 24 * * *      | hour must be 0 to 23
                    * * 0 * *       | day of month must be 1 to 31
                    * * L * *       | day of month must be 1 to 31
                    * * * 13 *      | month must be 1 to 12, or JAN to DEC
                    * * * * 8       | day of week must be 0 to 7, or SUN to SAT
                    * * * * MON#2   | day of week must be 0 to 7, or SUN to SAT
                    60 * * * * *    | second must be 0 to 59
                    30-10 * * * *   | minute a range goes upwards, and 30-10 does not
                    * * * * FRI-MON | day of week a range goes upwards, and FRI-MON does not
                    */0 * * * *     | minute the step after '/' must be 1 to 59
                    */x * * * *     | minute the step after '/' must be 1 to 59
                    0 0 30 2 *      | day of month must be one that the month has
                    0 0 31 4,6 *    | day of month must be one that the month has
                    @reboot         | a macro is @hourly, @daily, @weekly, @monthly or @yearly
                    """)
    void whatIsNoExpression_isRefusedByFieldAndRule(String text, String rule) {
        assertThatThrownBy(() -> Cron.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "* * * *", "* * * * * * *", "hourly", "1,,2 * * * *", "a b c d e f"})
    void otherText_isRefused(String text) {
        assertThatThrownBy(() -> Cron.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void expression_isItsText() {
        assertThat(Cron.parse(" 0 3 * * * "))
                .hasToString("0 3 * * *")
                .isEqualTo(Cron.parse("0 3 * * *"));
        assertThat(Cron.parse("@daily"))
                .hasToString("@daily")
                .isNotEqualTo(Cron.parse("0 0 * * *"));
        assertThat(Cron.parse("@daily").hashCode()).isEqualTo(Cron.parse("@daily").hashCode());
    }

    private static Optional<Instant> next(String cron, String zone, String after) {
        return Cron.parse(cron).next(OffsetDateTime.parse(after).toInstant(), ZoneId.of(zone));
    }

    /** The first moments after a time, by the clock of the zone. */
    private static List<String> fires(String cron, String zone, String after, int count) {
        List<String> fires = new ArrayList<>();
        Instant at = OffsetDateTime.parse(after).toInstant();
        for (int i = 0; i < count; i++) {
            at = Cron.parse(cron).next(at, ZoneId.of(zone)).orElseThrow();
            fires.add(at.atZone(ZoneId.of(zone)).toOffsetDateTime().toString());
        }
        return fires;
    }
}
