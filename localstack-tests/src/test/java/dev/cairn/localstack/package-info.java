/** LocalStack in a container, as every suite that needs one starts it. */
@NullMarked
package dev.cairn.localstack;

import org.jspecify.annotations.NullMarked;
