namespace Sandbox.Bpf;

/// <summary>The width of a load or store, as in the opcode.</summary>
internal enum BpfSize : byte
{
    Word = 0x00,
    Half = 0x08,
    Byte = 0x10,
    Double = 0x18,
}
