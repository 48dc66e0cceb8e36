namespace Sandbox.Hardening;

/// <summary>The few operations that cgroup file systems need; each returns an errno, 0 for success. Tests put another tree behind it.</summary>
internal interface ICgroupFiles
{
    public int MakeDirectory(string path);

    public int RemoveDirectory(string path);

    /// <summary>One write(2): the kernel takes each as one command.</summary>
    public int Write(string path, string text);

    public int Read(string path, out string text);

    /// <summary>Names of the directories in one; empty where it can't be read.</summary>
    public IReadOnlyList<string> Directories(string path);
}
