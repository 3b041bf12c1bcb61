/* Nothing is called: the object file registers itself in .preinit_array. */
