namespace Sandbox.Seccomp;

/// <summary>One instruction of classic BPF: struct sock_filter of linux/filter.h.</summary>
/// <param name="Code">The operation.</param>
/// <param name="JumpTrue">How many instructions to skip when true.</param>
/// <param name="JumpFalse">How many instructions to skip when false.</param>
/// <param name="K">The constant.</param>
public readonly record struct SockFilter(ushort Code, byte JumpTrue, byte JumpFalse, uint K);
