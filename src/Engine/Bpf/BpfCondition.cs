namespace Sandbox.Bpf;

/// <summary>The condition of a jump, as in the opcode; unsigned unless it says so.</summary>
internal enum BpfCondition : byte
{
    Equal = 0x10,
    Greater = 0x20,
    GreaterOrEqual = 0x30,
    AnySet = 0x40,
    NotEqual = 0x50,
    SignedGreater = 0x60,
    SignedGreaterOrEqual = 0x70,
    Less = 0xA0,
    LessOrEqual = 0xB0,
    SignedLess = 0xC0,
    SignedLessOrEqual = 0xD0,
}
