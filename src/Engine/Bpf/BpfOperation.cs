namespace Sandbox.Bpf;

/// <summary>An operation on two registers or a register and a number, as in the opcode.</summary>
internal enum BpfOperation : byte
{
    Add = 0x00,
    Subtract = 0x10,
    Multiply = 0x20,
    Or = 0x40,
    And = 0x50,
    ShiftLeft = 0x60,
    ShiftRight = 0x70,
    Move = 0xB0,
    ShiftRightSigned = 0xC0,
}
