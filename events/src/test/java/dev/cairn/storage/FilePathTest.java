package dev.cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cairn.storage.FilePath.Absolute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilePathTest {

  @ParameterizedTest
  @CsvSource(
      emptyValue = "",
      value = {
        "s3://bucket,                        s3,       bucket, ''",
        "s3://my.bucket-1/prefix/_metadata,  s3,       my.bucket-1, prefix/_metadata",
        "file:///backups/savepoint-7,        file,     '', backups/savepoint-7",
        "dynamodb://Cairn_Table/job/run-1,   dynamodb, Cairn_Table, job/run-1",
        "memory://elsewhere/job,             memory,   elsewhere, job",
      })
  void anAbsolutePathSaysWhereItIs(String path, String scheme, String authority, String names) {
    FilePath absolute = new FilePath(path);

    assertThat(absolute.isAbsolute()).isTrue();
    assertThat(absolute.absolute()).contains(new Absolute(scheme, authority, names));
    assertThat(absolute).hasToString(path);
  }

  @Test
  void aRelativePathHasNoPlaceOfItsOwn() {
    FilePath relative = FilePath.of("job", "chk-1", "_metadata");

    assertThat(relative.isAbsolute()).isFalse();
    assertThat(relative.absolute()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/job",
        "job/",
        "job//run",
        "job/../run",
        "./job",
        "job/a b",
        "job/a:b",
        "job\\run",
        "s3://",
        "s3:///key",
        "s3://bucket/",
        "s3://bucket//key",
        "s3://bucket/../key",
        "s3://Bucket/key",
        "s3://b/key",
        "s3:bucket/key",
        "s3://user@bucket/key",
        "s3://bucket/key?versionId=1",
        "s3a://bucket/key",
        "S3://bucket/key",
        "file://",
        "file:///",
        "file://host/directory",
        "file:///a/./b",
        "https://bucket.example/key",
        "dynamodb://ab/key",
        "memory:///key",
        "C:/backups",
        "s3://bucket/key\n",
      })
  void anythingElseIsRefused(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> new FilePath(path));
  }

  @Test
  void aRefusalSaysWhichPlacesThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilePath("hdfs://namenode/flink"))
        .withMessageContaining("hdfs://namenode/flink")
        .withMessageContaining("s3://bucket");
  }

  @Test
  void lengthsAreLimited() {
    new FilePath("x".repeat(900));
    new FilePath("s3://bucket/" + "x".repeat(1012));
    assertThatIllegalArgumentException().isThrownBy(() -> new FilePath("x".repeat(901)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilePath("s3://bucket/" + "x".repeat(1013)));
  }

  @ParameterizedTest
  @CsvSource({
    "job/chk-1/_metadata, job/chk-1",
    "job/chk-1,           job",
    "s3://bucket/a/b,     s3://bucket/a",
    "s3://bucket/a,       s3://bucket",
    "file:///a/b,         file:///a",
  })
  void theParentIsTheFolder(String path, String parent) {
    assertThat(new FilePath(path).parent()).contains(new FilePath(parent));
  }

  @ParameterizedTest
  @ValueSource(strings = {"job", "s3://bucket", "file:///a"})
  void whatLiesInNoFolderHasNoParent(String path) {
    assertThat(new FilePath(path).parent()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "job,         chk-1/_metadata, job/chk-1/_metadata",
    "s3://bucket, chk-1/_metadata, s3://bucket/chk-1/_metadata",
    "file:///a/b, c,               file:///a/b/c",
  })
  void resolvingAndRelativizingAreOpposites(String folder, String below, String path) {
    assertThat(new FilePath(folder).resolve(new FilePath(below))).isEqualTo(new FilePath(path));
    assertThat(new FilePath(folder).relativize(new FilePath(path))).contains(new FilePath(below));
  }

  @Test
  void anAbsolutePathResolvesToItself() {
    FilePath elsewhere = new FilePath("s3://other/file");

    assertThat(FilePath.of("job").resolve(elsewhere)).isEqualTo(elsewhere);
  }

  @Test
  void aFolderIsItsWholeName() {
    assertThat(FilePath.of("job").relativize(FilePath.of("job"))).isEmpty();
    assertThat(FilePath.of("job").relativize(FilePath.of("job-2", "file"))).isEmpty();
    assertThat(new FilePath("s3://bucket").relativize(new FilePath("s3://bucket-2/file")))
        .isEmpty();
    assertThat(FilePath.of("job").relativize(new FilePath("s3://bucket/job/file"))).isEmpty();
  }
}
