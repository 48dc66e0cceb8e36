namespace Sandbox.Bpf;

/// <summary>Helper functions by their number (linux/bpf.h, bpf-helpers(7)).</summary>
internal enum BpfHelper
{
    MapLookup = 1,
    MapUpdate = 2,
    GetSmpProcessorId = 8,
    GetCurrentPidTgid = 14,
    GetCurrentUidGid = 15,
    GetCurrentComm = 16,
    SkbLoadBytes = 26,
    CurrentTaskUnderCgroup = 37,
    GetSocketCookie = 46,
    GetCurrentCgroupId = 80,
    ProbeReadUser = 112,
    ProbeReadKernel = 113,
    ProbeReadUserString = 114,
    ProbeReadKernelString = 115,
    GetNetworkCookie = 122,
    KtimeGetBootNs = 125,
    SeqWrite = 127,
    RingBufferOutput = 130,
    TaskStorageGet = 156,
    GetCurrentTaskBtf = 158,
    Loop = 181,
    KtimeGetTaiNs = 208,
}
