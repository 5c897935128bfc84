package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `doctor` says of the disk and of what the machine gives the process.
@Timeout(120)
class DoctorMachineTest extends AtTheDoctor {

  @Test
  void aFolderThatIsNoneAndADiskThatIsTooSmall() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(of("data", doctor("--data", file.toString())))
        .containsExactly("mend: " + file + " is no folder -> choose another --data");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertThat(of("data", doctor("--data", link.toString())))
        .containsExactly("mend: " + link + " is no folder -> choose another --data");
    assertThat(of("data", doctor("--data", data(), "--retain-bytes", "4000t")))
        .last()
        .asString()
        .startsWith("mend: ")
        .endsWith("-> make room, or keep less: --retain-bytes");
  }

  @ParameterizedTest
  @CsvSource({"nfs4, mend", "tmpfs, mend", "overlay, note", "ext4, good"})
  void aFileSystemIsJudgedByWhatALogNeeds(String type, String verdict) {
    Findings findings = new Findings();

    new DiskCheck(folder, null, findings).kind(type);

    assertThat(findings.all())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.verdict().word()).isEqualTo(verdict);
          assertThat(finding.text()).contains(type.equals("overlay") ? "container" : type);
        });
  }

  @ParameterizedTest
  @CsvSource({"512, 4096, good", "512, 1024, note", "512, 600, mend"})
  void memoryIsJudgedByWhatJavaNeedsBesideTheHeap(long heap, long machine, String verdict) {
    Findings findings = new Findings();

    ProcessCheck.memory(heap << 20, machine << 20, findings);

    assertThat(findings.all())
        .singleElement()
        .satisfies(finding -> assertThat(finding.verdict().word()).isEqualTo(verdict));
  }

  @ParameterizedTest
  @CsvSource({"900, mend", "65000, good"})
  void filesAreJudgedByTheConnectionsThatTheyAllow(int connections, String verdict) {
    Findings findings = new Findings();

    ProcessCheck.files(connections, findings);

    assertThat(findings.all().getFirst().verdict().word()).isEqualTo(verdict);
  }
}
