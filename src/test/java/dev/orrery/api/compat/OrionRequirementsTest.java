package dev.orrery.api.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class OrionRequirementsTest {
    private static final Settings.Compat LIMITS =
            new Settings.Compat(List.of("orion"), 2_000_000_000L, 3_000_000_000L);

    private static OrionRequirements read(String... texts) {
        return OrionRequirements.read(List.of(texts), LIMITS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MEMORY=2,STORAGE=3|2000000000",
                "memory=0.5|500000000",
                "ram=1, storage=1|1000000000",
                " RAM = 0.000000001 |1",
                "STORAGE=1|0",
                "''|0",
            })
    void gigabytes_areReadInAnyCase(String text, long bytes) {
        assertThat(read(text)).isEqualTo(new OrionRequirements(bytes, Optional.empty()));
    }

    @Test
    void deadline_isAMomentOfIso8601() {
        assertThat(read("DEADLINE=2027-01-31T12:00:00Z,MEMORY=1").deadline())
                .contains(Instant.parse("2027-01-31T12:00:00Z"));
        assertThat(read("deadline=2027-01-31T13:00:00.5+01:00").deadline())
                .contains(Instant.parse("2027-01-31T12:00:00.5Z"));
    }

    @Test
    void repeatedParts_countAsOne() {
        assertThat(read("MEMORY=1", "STORAGE=1").memoryBytes()).isEqualTo(1_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MEMORY=2.1",
                "STORAGE=3.000000001",
                "MEMORY=",
                "MEMORY=-1",
                "MEMORY=1e3",
                "MEMORY=2GB",
                "MEMORY",
                "=1",
                "CPU=1",
                "MEMORY=1,RAM=1",
                "MEMORY=1,,STORAGE=1,x",
                "DEADLINE=2027-01-31",
                "DEADLINE=soon",
                "MEMORY=9999999999",
            })
    void anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(Refusal.class);
    }
}
