namespace Sandbox.Bpf;

/// <summary>
/// The registers of eBPF (Documentation/bpf/standardization/instruction-set.rst). R0 is what a call returns, R1 to R5 are its arguments and
/// lost by it, R6 to R9 stay, R10 is the frame: 512 bytes below it are the program's.
/// </summary>
internal enum BpfRegister : byte
{
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    Frame,
}
