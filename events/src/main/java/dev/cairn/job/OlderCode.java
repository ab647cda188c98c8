package dev.cairn.job;

/**
 * An older version of a stage's code that started after a newer one had registered itself: the
 * deployment was rolled back, or an old container started late.
 *
 * @param reads the newest format that it reads
 */
public record OlderCode(CodeVersion version, int reads) {}
