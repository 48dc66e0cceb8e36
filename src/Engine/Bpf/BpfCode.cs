namespace Sandbox.Bpf;

/// <summary>A finished program.</summary>
/// <param name="Instructions">Its instructions, 64 bits each.</param>
/// <param name="Functions">Where its functions begin; the first is the program itself.</param>
internal sealed record BpfCode(ulong[] Instructions, int[] Functions);
