package dev.orrery.node.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.api.enrol.Enroller.Admission;
import dev.orrery.api.enrol.Enroller.Invitation;
import dev.orrery.api.enrol.Enroller.TooManyInvitationsException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class InvitationsTest {
    private static final InetAddress PEER = InetAddress.ofLiteral("10.1.2.3");

    private Instant now = Instant.parse("2026-11-28T12:00:00Z");
    private Authority authority;
    private Invitations invitations;

    @BeforeEach
    void make(@TempDir Path data) throws Exception {
        authority = Authority.of(new TlsFiles(data), now);
        invitations =
                new Invitations(
                        authority,
                        () -> "https://10.1.2.1:9092",
                        () -> List.of("10.1.2.1:5701"),
                        () -> now);
    }

    private static String secret(Invitation invitation) {
        return EnrolmentToken.parse(invitation.token()).orElseThrow().secret();
    }

    private static byte[] key() throws Exception {
        return Certificates.newKey().getPublic().getEncoded();
    }

    @Test
    void invitation_namesServerSecretAndAuthority() throws Exception {
        Invitation invitation = invitations.invite();

        assertThat(invitation.server()).isEqualTo("https://10.1.2.1:9092");
        assertThat(invitation.expires()).isEqualTo(now.plus(Invitations.LIFE));
        EnrolmentToken token = EnrolmentToken.parse(invitation.token()).orElseThrow();
        assertThat(token.fingerprint()).isEqualTo(authority.fingerprint());
        assertThat(token.text()).isEqualTo(invitation.token());
        assertThat(token.toString()).doesNotContain(token.secret());
        assertThat(invitations.invite().token()).isNotEqualTo(invitation.token());
    }

    @Test
    void admission_isForTheKeyAndTheAddressThatAsked() throws Exception {
        KeyPair pair = Certificates.newKey();

        Admission admission =
                invitations
                        .admit(secret(invitations.invite()), pair.getPublic().getEncoded(), PEER)
                        .orElseThrow();

        X509Certificate certificate = Pem.certificate(admission.certificate());
        assertThat(certificate.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(List.of(7, "10.1.2.3"));
        assertThat(admission.cluster()).isEqualTo(authority.clusterName());
        assertThat(admission.members()).containsExactly("10.1.2.1:5701");
    }

    @Test
    void secret_worksOnce() throws Exception {
        String secret = secret(invitations.invite());

        assertThat(invitations.admit(secret, key(), PEER)).isPresent();
        assertThat(invitations.admit(secret, key(), PEER)).isEmpty();
    }

    @Test
    void secret_worksForAnHour() throws Exception {
        String late = secret(invitations.invite());
        String inTime = secret(invitations.invite());

        now = now.plus(Invitations.LIFE).minusMillis(1);
        assertThat(invitations.admit(inTime, key(), PEER)).isPresent();
        now = now.plusMillis(1);

        assertThat(invitations.admit(late, key(), PEER)).isEmpty();
    }

    @Test
    void unknownSecret_opensNothing() throws Exception {
        invitations.invite();

        assertThat(invitations.admit("", key(), PEER)).isEmpty();
        assertThat(
                        invitations.admit(
                                secret(
                                        new Invitation(
                                                "",
                                                EnrolmentToken.next(authority.fingerprint()).text(),
                                                now)),
                                key(),
                                PEER))
                .isEmpty();
    }

    @Test
    void strangeKey_isRefusedAndSpendsNothing() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        String secret = secret(invitations.invite());

        for (byte[] key :
                List.of(
                        new byte[0],
                        new byte[91],
                        rsa.generateKeyPair().getPublic().getEncoded())) {
            assertThatThrownBy(() -> invitations.admit(secret, key, PEER))
                    .isInstanceOf(IllegalArgumentException.class);
        }

        assertThat(invitations.admit(secret, key(), PEER)).isPresent();
    }

    @Test
    void openInvitations_haveABoundAndMakeRoomWhenTheyExpire() throws Exception {
        for (int i = 0; i < Invitations.OPEN_MAX; i++) {
            invitations.invite();
        }

        assertThatThrownBy(invitations::invite).isInstanceOf(TooManyInvitationsException.class);
        now = now.plus(Duration.ofHours(1));
        assertThat(invitations.invite().expires()).isAfter(now);
    }

    @Test
    void text_isATokenOrNone() {
        for (String text : List.of("", "ore_", "ore_AAAA", "orr_" + "A".repeat(86), "ore_*")) {
            assertThat(EnrolmentToken.parse(text)).isEqualTo(Optional.empty());
        }
    }
}
