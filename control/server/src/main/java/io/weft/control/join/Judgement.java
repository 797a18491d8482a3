package io.weft.control.join;

/** What control makes of a credential. */
public sealed interface Judgement permits Joined, Refusal {}
