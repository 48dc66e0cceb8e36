using System.Runtime.InteropServices;
using Sandbox.Bpf;

namespace Sandbox.Violations.Probes;

/// <summary>Where the running kernel keeps what the probes read.</summary>
internal sealed class KernelLayout
{
    private static readonly Lazy<KernelLayout> OfThisKernel = new(() => new(KernelTypes.Current));

    private KernelLayout(KernelTypes types)
    {
        int Task(string field) => types.Offset("task_struct", field);
        IsArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        (Parent, ThreadGroup, Files, FileSystem, Memory, Credentials, Namespaces, ThreadPid) =
            (Task("real_parent"), Task("tgid"), Task("files"), Task("fs"), Task("mm"), Task("cred"), Task("nsproxy"), Task("thread_pid"));
        GroupLeader = Task("group_leader");
        FilterCount = types.TryOffset("task_struct", "seccomp.filter_count");
        Compat = IsArm64 ? Task("thread_info.flags") : Task("thread_info.status");
        AtomicFlags = Task("atomic_flags");
        int Register(string name) => types.Offset("pt_regs", name);
        if (IsArm64)
        {
            Number = Register("syscallno");
            var first = Register("regs");
            Arguments = [Register("orig_x0"), first + 8, first + 16, first + 24, first + 32, first + 40];
            CompatArguments = Arguments;
        }
        else
        {
            Number = Register("orig_ax");
            Arguments = [Register("di"), Register("si"), Register("dx"), Register("r10"), Register("r8"), Register("r9")];
            CompatArguments = [Register("bx"), Register("cx"), Register("dx"), Register("si"), Register("di"), Register("bp")];
        }

        int Credential(string field) => types.Offset("cred", field);
        (User, EffectiveUser, FileUser, FileGroup, Capabilities, UserNamespace) =
            (Credential("uid"), Credential("euid"), Credential("fsuid"), Credential("fsgid"), Credential("cap_effective"), Credential("user_ns"));
        UserNamespaceNumber = types.Offset("user_namespace", "ns.inum");
        MountNamespace = types.Offset("nsproxy", "mnt_ns");
        MountNamespaceNumber = types.Offset("mnt_namespace", "ns.inum");
        (PidLevel, PidNumbers) = (types.Offset("pid", "level"), types.Offset("pid", "numbers"));
        UpidSize = types.Offset("upid", "ns") + 8;
        (Root, WorkingDirectory) = (types.Offset("fs_struct", "root"), types.Offset("fs_struct", "pwd"));
        (PathMount, PathDentry) = (types.Offset("path", "mnt"), types.Offset("path", "dentry"));
        (DescriptorTable, TableSize, TableFiles) = (types.Offset("files_struct", "fdt"), types.Offset("fdtable", "max_fds"), types.Offset("fdtable", "fd"));
        FilePath = types.Offset("file", "f_path");
        Executable = types.Offset("mm_struct", "exe_file");
        (DentryParent, DentryName, DentryInode, DentrySuper, DentryHashed) =
            (types.Offset("dentry", "d_parent"), types.Offset("dentry", "d_name.name"), types.Offset("dentry", "d_inode"), types.Offset("dentry", "d_sb"), types.Offset("dentry", "d_hash.pprev"));
        InodeNumber = types.Offset("inode", "i_ino");
        SuperMagic = types.Offset("super_block", "s_magic");
        MountRoot = types.Offset("vfsmount", "mnt_root");
        (MountPart, MountParent, MountPoint) = (types.Offset("mount", "mnt"), types.Offset("mount", "mnt_parent"), types.Offset("mount", "mnt_mountpoint"));
    }

    public static KernelLayout Current => OfThisKernel.Value;

    public bool IsArm64 { get; }

    // struct task_struct
    public int Parent { get; }

    public int GroupLeader { get; }

    public int ThreadGroup { get; }

    public int Files { get; }

    public int FileSystem { get; }

    public int Memory { get; }

    public int Credentials { get; }

    public int Namespaces { get; }

    public int ThreadPid { get; }

    public int AtomicFlags { get; }

    /// <summary>Where the mark of a 32-bit call is: TS_COMPAT of thread_info.status, TIF_32BIT of thread_info.flags on arm64.</summary>
    public int Compat { get; }

    public int CompatMask => IsArm64 ? 1 << 22 : 2;

    /// <summary>seccomp.filter_count, since Linux 5.9.</summary>
    public int? FilterCount { get; }

    // struct pt_regs
    public int Number { get; }

    public int[] Arguments { get; }

    public int[] CompatArguments { get; }

    // struct cred and the namespaces
    public int User { get; }

    public int EffectiveUser { get; }

    public int FileUser { get; }

    public int FileGroup { get; }

    public int Capabilities { get; }

    public int UserNamespace { get; }

    public int UserNamespaceNumber { get; }

    public int MountNamespace { get; }

    public int MountNamespaceNumber { get; }

    public int PidLevel { get; }

    public int PidNumbers { get; }

    public int UpidSize { get; }

    // files
    public int Root { get; }

    public int WorkingDirectory { get; }

    public int PathMount { get; }

    public int PathDentry { get; }

    public int DescriptorTable { get; }

    public int TableSize { get; }

    public int TableFiles { get; }

    public int FilePath { get; }

    public int Executable { get; }

    public int DentryParent { get; }

    public int DentryName { get; }

    public int DentryInode { get; }

    public int DentrySuper { get; }

    public int DentryHashed { get; }

    public int InodeNumber { get; }

    public int SuperMagic { get; }

    // struct mount, which has a struct vfsmount in it
    public int MountRoot { get; }

    public int MountPart { get; }

    public int MountParent { get; }

    public int MountPoint { get; }
}
