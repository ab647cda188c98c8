package dev.cairn.cli;

import java.util.concurrent.Callable;

/**
 * A command that another module adds to {@code cairn}. {@link java.util.ServiceLoader} finds it
 * when the module is on the class path, so that commands on a deployed pipeline need none of what
 * runs AWS on this machine. An implementation has picocli's {@code Command} annotation and a public
 * constructor without parameters; it returns the exit code.
 */
public interface ContributedCommand extends Callable<Integer> {}
